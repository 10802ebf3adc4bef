import { CircleAlert } from 'lucide-react'
import { createContext, type ReactNode, useContext, useRef, useState } from 'react'
import { Problem } from '../../core/errors.ts'
import { errorSentence } from '../api.ts'
import { useT } from '../i18n.ts'
import { Button } from './button.tsx'
import css from './form.module.css'
import { Icon } from './icon.tsx'

interface FormState {
  busy: boolean
  /** Sentences by the name of the control they are about. */
  errors: Record<string, string>
  /** What is wrong with the whole, if anything. */
  problem: string | null
}

const IDLE: FormState = { busy: false, errors: {}, problem: null }
const FormContext = createContext<FormState>(IDLE)

/** Why the control of this name was refused when its form was last sent. */
export function useFieldError(name: string | undefined): string | undefined {
  const { errors } = useContext(FormContext)
  return name === undefined ? undefined : errors[name]
}

function isControl(element: Element): element is HTMLInputElement {
  return element instanceof HTMLInputElement && element.name !== ''
}

/**
 * A form that checks `required` (ticked, of a box), `minLength` and e-mail addresses when it is sent, shows what the server refuses
 * beside the control it is about (a code such as `email_taken` goes to the control named `email`), and never
 * loses what was typed. It may stand around a `Dialog`.
 */
export function Form({
  onSubmit,
  children,
}: {
  /** Sends the values by the controls' names; what it throws is shown. */
  onSubmit: (values: Record<string, string>) => Promise<unknown>
  children: ReactNode
}) {
  const t = useT()
  const form = useRef<HTMLFormElement>(null)
  const [state, setState] = useState<FormState>(IDLE)

  function refuse(errors: Record<string, string>): void {
    setState({ busy: false, errors, problem: null })
    const controls = [...(form.current?.elements ?? [])].filter(isControl)
    controls.find((control) => errors[control.name])?.focus()
  }

  function check(control: HTMLInputElement): string | null {
    const filled = control.type === 'checkbox' ? control.checked : control.value.trim() !== ''
    if (control.required && !filled) return t('field_required')
    if (control.validity.typeMismatch) return t('error_email_invalid')
    if (control.value !== '' && control.value.length < control.minLength) return t('error_password_too_short')
    return null
  }

  async function send(): Promise<void> {
    if (state.busy || !form.current) return
    const controls = [...form.current.elements].filter(isControl)
    const wrong = controls.flatMap((control) => {
      const sentence = check(control)
      return sentence === null ? [] : [[control.name, sentence] as const]
    })
    if (wrong.length > 0) return refuse(Object.fromEntries(wrong))
    setState({ ...IDLE, busy: true })
    const values = Object.fromEntries(
      [...new FormData(form.current)].map(([name, value]) => [name, String(value)]),
    )
    try {
      await onSubmit(values)
      setState(IDLE)
    } catch (error) {
      const field = error instanceof Problem ? error.code.slice(0, error.code.indexOf('_')) : ''
      if (controls.some((control) => control.name === field)) refuse({ [field]: errorSentence(error) })
      else setState({ busy: false, errors: {}, problem: errorSentence(error) })
    }
  }

  return (
    <FormContext value={state}>
      <form
        ref={form}
        noValidate
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        {children}
      </form>
    </FormContext>
  )
}

/** Where a form says what went wrong with the whole of it. */
export function FormProblem() {
  const { problem } = useContext(FormContext)
  return (
    <div role="alert" className={css.problem}>
      {problem !== null && (
        <p>
          <Icon of={CircleAlert} />
          {problem}
        </p>
      )}
    </div>
  )
}

/** The button that sends the form it stands in. */
export function SubmitButton({
  look = 'primary',
  children,
}: {
  look?: 'primary' | 'danger'
  children: ReactNode
}) {
  const { busy } = useContext(FormContext)
  return (
    <Button type="submit" look={look} busy={busy}>
      {children}
    </Button>
  )
}
