import { useEffect, useState } from 'react'

const PAUSE_MS = 250

/** Words as they are typed, and as they are searched for: after a pause, but emptied at once. */
export function useSearchWords() {
  const [typed, type] = useState('')
  const [settled, setSettled] = useState('')
  const words = typed.trim()
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words), words === '' ? 0 : PAUSE_MS)
    return () => clearTimeout(timer)
  }, [words])
  return { typed, type, words: words === '' ? '' : settled }
}
