import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './api.ts'
import { firstLanguage, showLanguage } from './i18n.ts'
import { fetchLikelyDoor, Routes } from './routes.tsx'
import './theme.css'

fetchLikelyDoor()
await showLanguage(firstLanguage())

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Routes />
      </QueryClientProvider>
    </StrictMode>,
  )
}
