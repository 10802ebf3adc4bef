import { CircleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cx } from './class-names.ts'
import css from './field.module.css'
import { useFieldError } from './form.tsx'
import { Icon } from './icon.tsx'

export interface FieldProps {
  label: string
  /** A hint that stays under the control. */
  hint?: string | undefined
  /** Why the value is refused; announced, and tied to the control. Within a `Form`, told by `name`. */
  error?: string | undefined
  name?: string | undefined
  /** Keeps the label for screen readers alone, where the place makes it plain. */
  labelHidden?: boolean
}

interface Wiring {
  id: string
  name: string | undefined
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

/** Label, control, hint and error; the control takes the attributes that tie it to them. */
export function Field({
  label,
  hint,
  error: given,
  name,
  labelHidden = false,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId()
  const refused = useFieldError(name)
  const error = given ?? refused
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={css.field}>
      <label htmlFor={id} className={cx(css.label, labelHidden && 'visually-hidden')}>
        {label}
      </label>
      {children({
        id,
        name,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': described || undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
      <p id={`${id}-error`} className={css.error} aria-live="polite">
        {error && (
          <>
            <Icon of={CircleAlert} size={16} />
            {error}
          </>
        )}
      </p>
    </div>
  )
}
