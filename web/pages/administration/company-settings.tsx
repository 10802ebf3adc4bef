import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Company } from '../../../core/api/administration.ts'
import { LEVELS } from '../../../core/visibility.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Checkbox } from '../../parts/checkbox.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Select } from '../../parts/select.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import css from './administration.module.css'
import { Quota, readQuota } from './quota.tsx'

/** What holds for the whole company. */
export function CompanySettings() {
  // What is saved is all of it: nothing may rest on an answer from before.
  const company = useQuery(api.administration.readCompany.queryOptions({ staleTime: 0 }))
  const failure = failureOf(company)
  if (failure) return failure
  if (!company.data || !company.isFetchedAfterMount) return <Skeleton rows={3} />
  return <Settings company={company.data} />
}

function Settings({ company }: { company: Company }) {
  const t = useT()
  const [defaultLevel, setDefaultLevel] = useState(company.defaultLevel)
  const [secondFactorRequired, setSecondFactorRequired] = useState(company.secondFactorRequired)

  async function save({ name = '', days = '', quota = '' }: Record<string, string>): Promise<void> {
    await api.administration.changeCompany.call({
      name,
      defaultLevel,
      retentionDays: Number(days),
      quotaBytes: readQuota(quota),
      secondFactorRequired,
    })
    toast({ text: t('record_saved') })
    await queries.invalidateQueries()
  }

  return (
    <section className={css.settings}>
      <Form onSubmit={save}>
        <FormProblem />
        <TextField
          label={t('admin_company_name')}
          name="name"
          required
          maxLength={120}
          defaultValue={company.name}
          autoComplete="off"
        />
        <Select
          label={t('admin_default_level')}
          hint={t('admin_default_level_hint')}
          value={defaultLevel}
          onChange={setDefaultLevel}
          options={LEVELS.map((level) => ({ value: level, label: t(`level_${level}`) }))}
        />
        <TextField
          label={t('admin_retention')}
          hint={t('admin_retention_hint')}
          name="days"
          type="number"
          inputMode="numeric"
          min={0}
          max={3650}
          step={1}
          required
          defaultValue={company.retentionDays}
        />
        <Quota quotaBytes={company.quotaBytes} use={company.use} />
        <div className={css.choice}>
          <Checkbox
            checked={secondFactorRequired}
            onChange={(event) => setSecondFactorRequired(event.target.checked)}
            aria-describedby="second-factor-hint"
          >
            {t('admin_second_factor')}
          </Checkbox>
          <p id="second-factor-hint">{t('admin_second_factor_hint')}</p>
        </div>
        <div>
          <SubmitButton>{t('record_save')}</SubmitButton>
        </div>
      </Form>
    </section>
  )
}
