import type { LucideIcon } from 'lucide-react'

/** An outlined icon with 1.6 px strokes at any size. It is mute: a word beside it or a label says it. */
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
      strokeWidth={(1.6 * 24) / size}
      className={`icon ${className ?? ''}`}
      aria-hidden="true"
      focusable="false"
    />
  )
}
