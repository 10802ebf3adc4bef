import css from './logo.module.css'

/** The mark and the name. */
export function Logo() {
  return (
    <span className={css.logo}>
      <span className={css.mark} />
      Carnet
    </span>
  )
}
