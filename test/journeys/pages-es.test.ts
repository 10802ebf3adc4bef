import { openWide } from '../browser.ts'
import { walkPages } from './pages.ts'

walkPages({ language: 'es', open: openWide, colorScheme: 'dark' })
