import { useT } from '../i18n.ts'
import css from './avatar.module.css'
import { cx } from './class-names.ts'

type Size = 'small' | 'medium' | 'large'

/** First letters of the first and the last word, as people read them ("É" is one letter, an emoji too). */
function initials(name: string): string {
  const words = name.split(/[\s-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word))
  const first = words[0] ?? name
  const last = words.length > 1 ? words.at(-1) : undefined
  return [first, last]
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toLocaleUpperCase()
}

/** Initials in a circle, drawn and not written, so that no label has to repeat them. Mute: the name stands beside it, or `named` says it. */
export function Avatar({
  name,
  size = 'medium',
  named = false,
}: {
  name: string
  size?: Size
  named?: boolean
}) {
  return (
    <span
      className={cx(css.avatar, css[size])}
      data-initials={initials(name)}
      {...(named ? { role: 'img', 'aria-label': name } : { 'aria-hidden': true })}
    />
  )
}

/** A few people, overlapping, and how many more. */
export function AvatarStack({ names, most = 4 }: { names: readonly string[]; most?: number }) {
  const t = useT()
  const shown = names.length > most ? names.slice(0, most - 1) : names
  const more = names.length - shown.length
  return (
    <span className={css.stack} role="img" aria-label={names.join(', ')} title={names.join(', ')}>
      {shown.map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two people may have one name
        <Avatar key={`${index} ${name}`} name={name} size="small" />
      ))}
      {more > 0 && (
        <span
          className={cx(css.avatar, css.small)}
          data-initials={t('and_more', { count: more })}
          aria-hidden="true"
        />
      )}
    </span>
  )
}
