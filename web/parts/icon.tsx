import type { LucideIcon } from 'lucide-react'

/** An outlined icon, its strokes 1.6 on the set's grid of 24. It is mute: a word beside it or a label says it. */
export function Icon({
  of: Drawing,
  size = 18,
  className,
}: {
  of: LucideIcon
  size?: number
  className?: string | undefined
}) {
  return (
    <Drawing
      size={size}
      strokeWidth={1.6}
      className={`icon ${className ?? ''}`}
      aria-hidden="true"
      focusable="false"
    />
  )
}
