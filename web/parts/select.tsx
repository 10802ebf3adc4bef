import { ChevronDown } from 'lucide-react'
import { cx } from './class-names.ts'
import css from './field.module.css'
import { Field, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'

/** A choice of one among a few, with the device's own list: the best one there is on a phone. */
export function Select<Value extends string>({
  options,
  value,
  onChange,
  ...field
}: FieldProps & {
  options: readonly { value: Value; label: string }[]
  value: Value
  onChange: (value: Value) => void
}) {
  return (
    <Field {...field}>
      {(wiring) => (
        <div className={css.around}>
          <select
            {...wiring}
            value={value}
            onChange={(event) => onChange(event.target.value as Value)}
            className={cx(css.control, css.select)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon of={ChevronDown} size={16} className={css.arrow} />
        </div>
      )}
    </Field>
  )
}
