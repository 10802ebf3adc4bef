import { useT } from '../../i18n.ts'
import css from './content.module.css'

/** A sheet in the middle of the stage while something is on its way. */
export function Waiting() {
  const t = useT()
  return (
    <div role="status" className={css.waiting}>
      <span className="visually-hidden">{t('loading')}</span>
      <i aria-hidden="true" />
    </div>
  )
}
