import { Eye, EyeOff, Search, X } from 'lucide-react'
import { type ComponentPropsWithRef, useRef, useState } from 'react'
import { useT } from '../i18n.ts'
import { IconButton } from './button.tsx'
import { cx } from './class-names.ts'
import css from './field.module.css'
import { Field, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'

type InputProps = FieldProps & Omit<ComponentPropsWithRef<'input'>, 'id' | 'children'>

/** A line of text; takes all that an `<input>` takes. */
export function TextField({ label, hint, error, name, labelHidden = false, className, ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} error={error} name={name} labelHidden={labelHidden}>
      {(wiring) => <input type="text" {...rest} {...wiring} className={cx(css.control, className)} />}
    </Field>
  )
}

/** A password that can be shown while one types. `autoComplete` says whether it is the current or a new one. */
export function PasswordField({
  label,
  hint,
  error,
  name,
  ...rest
}: InputProps & { autoComplete: 'current-password' | 'new-password' }) {
  const t = useT()
  const [shown, setShown] = useState(false)
  return (
    <Field label={label} hint={hint} error={error} name={name}>
      {(wiring) => (
        <div className={css.around}>
          <input
            {...rest}
            {...wiring}
            type={shown ? 'text' : 'password'}
            autoCapitalize="none"
            spellCheck={false}
            className={css.control}
          />
          <IconButton
            className={css.trailing}
            icon={shown ? EyeOff : Eye}
            label={t(shown ? 'password_hide' : 'password_show')}
            onClick={() => setShown(!shown)}
          />
        </div>
      )}
    </Field>
  )
}

/** A search that Escape and a button empty. The label is for screen readers; give a placeholder too. */
export function SearchField({
  label,
  value,
  onChange,
  ...rest
}: Pick<FieldProps, 'label'> & { value: string; onChange: (value: string) => void } & Omit<
    ComponentPropsWithRef<'input'>,
    'value' | 'onChange' | 'id'
  >) {
  const t = useT()
  const around = useRef<HTMLDivElement>(null)
  return (
    <Field label={label} labelHidden>
      {(wiring) => (
        <div className={css.around} ref={around}>
          <Icon of={Search} className={css.leading} />
          <input
            type="search"
            enterKeyHint="search"
            autoComplete="off"
            placeholder={label}
            {...rest}
            {...wiring}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || value === '') return
              event.stopPropagation()
              onChange('')
            }}
            className={css.control}
          />
          {value !== '' && (
            <IconButton
              className={css.trailing}
              icon={X}
              label={t('search_clear')}
              onClick={() => {
                onChange('')
                around.current?.querySelector('input')?.focus()
              }}
            />
          )}
        </div>
      )}
    </Field>
  )
}
