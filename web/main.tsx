import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './api.ts'
import { firstLanguage, showLanguage } from './i18n.ts'
import { FailedShell } from './parts/welcome-shell.tsx'
import { fetchLikelyDoor, Routes } from './routes.tsx'
import { askAhead } from './session.ts'
import './theme.css'

askAhead()
fetchLikelyDoor()
await showLanguage(firstLanguage())

const place = document.getElementById('root')
if (place) {
  const root = createRoot(place, {
    // Such as a part that could not be fetched. React has emptied the page; nobody is left before a blank one.
    onUncaughtError(error) {
      console.error(error)
      queueMicrotask(() => root.render(<FailedShell error={error} onRetry={() => location.reload()} />))
    },
  })
  root.render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Routes />
      </QueryClientProvider>
    </StrictMode>,
  )
}
