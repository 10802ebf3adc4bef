import { useEffect, useRef } from 'react'

/** The colours of a picture (its ThumbHash) that is not there yet, blurred, over all its place. */
export function Placeholder({ hash }: { hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    // Not needed before the page stands.
    void import('../colours.ts').then(({ paint }) => canvas.current && paint(canvas.current, hash))
  }, [hash])
  return <canvas ref={canvas} />
}
