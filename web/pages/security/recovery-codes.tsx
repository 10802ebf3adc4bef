import { Copy, Download } from 'lucide-react'
import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { useFresh } from './fresh.tsx'
import { Part } from './part.tsx'
import css from './security.module.css'

/** So few that somebody should make new ones. */
const FEW = 3

export function RecoveryCodesPart({ left }: { left: number }) {
  const t = useT()
  const { fresh, confirming } = useFresh()
  const [codes, setCodes] = useState<string[] | null>(null)

  async function make(): Promise<void> {
    const { recoveryCodes } = await api.security.makeRecoveryCodes.call()
    setCodes(recoveryCodes)
    await queries.invalidateQueries({ queryKey: api.security.readSecurity.key() })
  }

  return (
    <Part
      title={t('security_codes')}
      about={t('security_codes_about')}
      action={<Button onClick={() => attempt(fresh(make))}>{t('security_codes_make')}</Button>}
    >
      {left <= FEW ? (
        <p className={css.warning}>{t('security_codes_few', { count: left })}</p>
      ) : (
        <p className={css.left}>{t('security_codes_left', { count: left })}</p>
      )}
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
      {confirming}
    </Part>
  )
}

/** Codes as they are shown once; closed only by whoever says that they kept them. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const t = useT()
  const text = `${codes.join('\n')}\n`

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text)
    toast({ text: t('security_codes_copied') })
  }

  return (
    <Dialog
      title={t('security_codes')}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('security_codes_kept')}
        </Button>
      }
    >
      <div className={css.steps}>
        <p>{t('security_codes_keep')}</p>
        <ul className={css.codes} aria-label={t('security_codes')}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <div className={css.row}>
          <Button icon={Copy} onClick={() => attempt(copy())}>
            {t('security_codes_copy')}
          </Button>
          <Button icon={Download} onClick={() => download('carnet-recovery-codes.txt', text)}>
            {t('security_codes_download')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
