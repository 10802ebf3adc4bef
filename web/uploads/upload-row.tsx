import { Check, FileUp, Pause, Play, RotateCw, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { Problem } from '../../core/errors.ts'
import { errorSentence } from '../api.ts'
import type { Format } from '../format.ts'
import { type Translate, useFormat, useT } from '../i18n.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Progress } from '../parts/states.tsx'
import { cancelUploads } from './cancelling.ts'
import type { Upload } from './queue.ts'
import css from './upload-panel.module.css'
import { offerFiles, pauseUpload, resumeUpload, retryUpload } from './uploads.ts'

/** What happens to an upload, in a few words; a sentence when something is wrong. */
function wordsFor({ state, sent, size, speed, problem }: Upload, t: Translate, format: Format): string {
  const amount = t('upload_amount', { sent: format.size(sent), size: format.size(size) })
  const changed = problem instanceof Problem && problem.code === 'upload_changed'
  switch (state) {
    case 'waiting':
      return t('upload_waiting')
    case 'paused':
      return `${t('upload_paused')} · ${amount}`
    case 'missing':
      return t(changed ? 'upload_file_changed_choose' : 'upload_missing')
    case 'done':
      return `${t('upload_done')} · ${format.size(size)}`
    case 'failed':
      return changed ? t('upload_file_changed') : errorSentence(problem)
    case 'unreachable':
      return problem instanceof Problem ? errorSentence(problem) : t('upload_unreachable')
    default:
      return speed === null ? amount : `${amount} · ${t('upload_speed', { speed: format.size(speed) })}`
  }
}

/** One file on its way, with what may be done about it. */
export function UploadRow({ upload }: { upload: Upload }) {
  const t = useT()
  const format = useFormat()
  const picker = useRef<HTMLInputElement>(null)
  const [wrongFile, setWrongFile] = useState(false)
  const { id, name, state, sent, size } = upload
  const wrong = state === 'failed' || state === 'missing'
  const named = (key: 'upload_pause' | 'upload_resume' | 'upload_retry' | 'upload_cancel') => t(key, { name })
  return (
    <li className={css.row}>
      <div className={css.what}>
        <p className={css.name} title={name}>
          {name}
        </p>
        <p className={wrong ? css.wrong : css.detail}>
          {wrongFile && state === 'missing' ? t('upload_other_file', { name }) : wordsFor(upload, t, format)}
        </p>
        {state === 'missing' && (
          <>
            <Button icon={FileUp} className={css.choose} onClick={() => picker.current?.click()}>
              {t('upload_choose')}
              <span className="visually-hidden"> {name}</span>
            </Button>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={({ currentTarget }) => {
                setWrongFile(!offerFiles(id, [...(currentTarget.files ?? [])]))
                currentTarget.value = ''
              }}
            />
          </>
        )}
        {!wrong && <Progress value={size > 0 ? sent / size : 0} label={name} />}
      </div>
      {/* One key: what takes another's place takes its focus over. */}
      {(state === 'sending' || state === 'waiting' || state === 'unreachable') && (
        <IconButton
          key="control"
          icon={Pause}
          label={named('upload_pause')}
          onClick={() => pauseUpload(id)}
        />
      )}
      {state === 'paused' && (
        <IconButton
          key="control"
          icon={Play}
          label={named('upload_resume')}
          onClick={() => resumeUpload(id)}
        />
      )}
      {state === 'failed' && mayRetry(upload) && (
        <IconButton
          key="control"
          icon={RotateCw}
          label={named('upload_retry')}
          onClick={() => void retryUpload(id)}
        />
      )}
      {state === 'done' ? (
        <span className={css.done}>
          <Icon of={Check} />
        </span>
      ) : (
        <IconButton icon={X} label={named('upload_cancel')} onClick={() => cancelUploads([upload])} />
      )}
    </li>
  )
}

/** What is wrong with the file itself stays wrong. */
function mayRetry({ problem }: Upload): boolean {
  const hopeless = ['empty_file', 'too_large', 'name_empty', 'name_too_long', 'name_characters']
  return !(problem instanceof Problem && hopeless.includes(problem.code))
}
