import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef } from 'react'
import { useT } from '../../i18n.ts'
import { Checkbox } from '../../parts/checkbox.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Skeleton } from '../../parts/states.tsx'
import css from './audience-choice.module.css'
import { myProfessionals } from './my-professionals.ts'

/** Ids of the professionals chosen; null means all, those to come included. */
export type Audience = readonly string[] | null

/** Which professionals see a client's file: all of them, or those ticked. */
export function AudienceChoice({
  value,
  onChange,
  count,
  refused,
}: {
  value: Audience
  onChange: (audience: Audience) => void
  /** So many files are concerned. */
  count: number
  /** Nobody was chosen, and it was tried to go on. */
  refused: boolean
}) {
  const t = useT()
  const name = useId()
  const professionals = useQuery({ ...myProfessionals, staleTime: 0 })
  const { data } = professionals
  const people = useRef<HTMLUListElement>(null)
  useEffect(() => {
    if (refused) people.current?.querySelector('input')?.focus()
  }, [refused])
  if (data?.length === 0 && value === null) return <p>{t('client_who_nobody')}</p>

  const toggle = (id: string, chosen: boolean) =>
    onChange(chosen ? [...(value ?? []), id] : (value ?? []).filter((other) => other !== id))

  const failure = failureOf(professionals)
  return (
    <fieldset className={css.choice}>
      <legend className={css.legend}>{t('client_who_title', { count })}</legend>
      <label className={css.option}>
        <input type="radio" name={name} checked={value === null} onChange={() => onChange(null)} />
        <span>
          {t('client_who_all')}
          <span className={css.hint}>{t('client_who_all_hint')}</span>
        </span>
      </label>
      <label className={css.option}>
        <input type="radio" name={name} checked={value !== null} onChange={() => onChange(value ?? [])} />
        <span>{t('client_who_some')}</span>
      </label>
      <p role="alert" className={css.refused}>
        {refused && value?.length === 0 && t('client_who_choose_some')}
      </p>
      {value === null ? null : failure ? (
        failure
      ) : data ? (
        <ul className={css.people} ref={people}>
          {data.map(({ professionalId: id, name: professional, company }) => (
            <li key={id}>
              <Checkbox checked={value.includes(id)} onChange={(event) => toggle(id, event.target.checked)}>
                {professional}
                <span className={css.hint}>{company}</span>
              </Checkbox>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton rows={2} />
      )}
    </fieldset>
  )
}
