import { Download } from 'lucide-react'
import { useState } from 'react'
import type { AuditKind, AuditSubject, AuditFilter as Filter } from '../../../core/api/audit.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Select } from '../../parts/select.tsx'
import { TextField } from '../../parts/text-field.tsx'
import css from './audit.module.css'
import { SubjectField } from './audit-subject.tsx'

const KINDS = [
  'opening',
  'files',
  'visibility',
  'people',
  'sign_in',
  'administration',
] as const satisfies AuditKind[]

/** Whom, what and when the entries are about; and the file of all that is left. */
export function AuditFilter({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const t = useT()
  const [subject, setSubject] = useState<AuditSubject | null>(null)
  const [days, setDays] = useState({ from: '', until: '' })

  function change(part: { subject?: AuditSubject | null; kind?: AuditKind | 'all'; days?: typeof days }) {
    const { subject: whom = subject, kind = filter.kind ?? 'all', days: period = days } = part
    setSubject(whom)
    setDays(period)
    onChange({
      ...(whom && { [`${whom.kind}Id`]: whom.id }),
      ...(kind !== 'all' && { kind }),
      ...(period.from && { from: startOf(period.from).toISOString() }),
      ...(period.until && { until: startOf(period.until, 1).toISOString() }),
    })
  }

  return (
    <div className={css.filter}>
      <div>
        <SubjectField chosen={subject} onChoose={(subject) => change({ subject })} />
      </div>
      <Select
        label={t('audit_kind')}
        value={filter.kind ?? 'all'}
        onChange={(kind) => change({ kind })}
        options={[
          { value: 'all', label: t('audit_kind_all') },
          ...KINDS.map((kind) => ({ value: kind, label: t(`audit_kind_${kind}`) })),
        ]}
      />
      <TextField
        label={t('audit_from')}
        type="date"
        value={days.from}
        max={days.until}
        onChange={(event) => change({ days: { ...days, from: event.target.value } })}
      />
      <TextField
        label={t('audit_until')}
        type="date"
        value={days.until}
        min={days.from}
        onChange={(event) => change({ days: { ...days, until: event.target.value } })}
      />
      <Button
        icon={Download}
        title={t('audit_export_hint')}
        onClick={() =>
          location.assign(`/api/audit/export?${new URLSearchParams(filter as Record<string, string>)}`)
        }
      >
        {t('audit_export')}
      </Button>
    </div>
  )
}

/** Midnight where the reader is, so many days later. */
function startOf(day: string, later = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later)
}
