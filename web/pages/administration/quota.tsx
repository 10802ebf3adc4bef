import type { Company } from '../../../core/api/administration.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Progress } from '../../parts/states.tsx'
import { TextField } from '../../parts/text-field.tsx'
import css from './administration.module.css'

const GIGABYTE = 1e9

/** The room for the company's files, asked for in gigabytes, and how much of it they take. */
export function Quota({ quotaBytes, use }: Pick<Company, 'quotaBytes' | 'use'>) {
  const t = useT()
  const format = useFormat()
  const used = format.size(use.bytes)
  return (
    <div>
      <TextField
        label={t('admin_quota')}
        hint={t('admin_quota_hint')}
        name="quota"
        type="number"
        inputMode="decimal"
        min={0.1}
        max={1_000_000}
        step={0.1}
        defaultValue={quotaBytes === null ? '' : quotaBytes / GIGABYTE}
      />
      {quotaBytes !== null && (
        <div className={css.use}>
          <Progress value={quotaBytes > 0 ? Math.min(1, use.bytes / quotaBytes) : 1} label={t('admin_use')} />
        </div>
      )}
      <p className={css.note}>
        {quotaBytes === null
          ? t('admin_used', { used })
          : t('admin_used_of', { used, quota: format.size(quotaBytes) })}
        {use.deleted > 0 && ` ${t('admin_used_deleted', { deleted: format.size(use.deleted) })}`}
      </p>
    </div>
  )
}

/** What was typed, in bytes; null where nothing was. */
export function readQuota(typed: string): number | null {
  return typed === '' ? null : Math.round(Number(typed) * GIGABYTE)
}
