import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef } from 'react'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Checkbox } from '../../parts/checkbox.tsx'
import { ErrorState, Skeleton } from '../../parts/states.tsx'
import css from './audience-choice.module.css'

/** Ids of the professionals chosen; null means all, those to come included. */
export type Audience = readonly string[] | null

/** Kept for as long as the page, for when there is no network. */
export const myProfessionals = api.involvement.listMyProfessionals.queryOptions({
  gcTime: Number.POSITIVE_INFINITY,
})

/** Which professionals see a client's file: all of them, or those ticked. */
export function AudienceChoice({
  value,
  onChange,
  refused,
}: {
  value: Audience
  onChange: (audience: Audience) => void
  /** Nobody was chosen, and it was tried to go on. */
  refused: boolean
}) {
  const t = useT()
  const name = useId()
  const { data, error, isPaused, refetch } = useQuery({ ...myProfessionals, staleTime: 0 })
  const people = useRef<HTMLUListElement>(null)
  useEffect(() => {
    if (refused) people.current?.querySelector('input')?.focus()
  }, [refused])
  if (data?.length === 0 && value === null) return <p>{t('client_who_nobody')}</p>

  const toggle = (id: string, chosen: boolean) =>
    onChange(chosen ? [...(value ?? []), id] : (value ?? []).filter((other) => other !== id))

  return (
    <fieldset className={css.choice}>
      <legend className={css.legend}>{t('client_who_title')}</legend>
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
      {value === null ? null : data ? (
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
      ) : isPaused ? (
        <p className={css.later}>{t('client_who_offline')}</p>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton rows={2} />
      )}
    </fieldset>
  )
}
