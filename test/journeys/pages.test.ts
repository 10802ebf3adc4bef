import { openWide } from '../browser.ts'
import { walkPages } from './pages.ts'

walkPages({ language: 'en', open: openWide, colorScheme: 'light' })
