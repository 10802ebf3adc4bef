import { openPhone } from '../browser.ts'
import { walkPages } from './pages.ts'

walkPages({ language: 'fr', open: openPhone, colorScheme: 'dark' })
