import { useQuery } from '@tanstack/react-query'
import type { Change, Foreseen as Told } from '../../core/api/foresight.ts'
import { api, errorSentence } from '../api.ts'
import { beforeChange } from '../before-change.ts'
import { useT } from '../i18n.ts'
import { Avatar } from './avatar.tsx'
import css from './foreseen.module.css'
import { Skeleton } from './states.tsx'

const MOST = 5

/**
 * Who gains and who loses, by name, for the dialog that confirms a change of people. Give it the operation and the
 * input that it will be called with:
 *
 *     <Foreseen change={{ operation: 'archiveStakeholder', input: { spaceId, professionalId } }} />
 */
export function Foreseen({ change }: { change: Change }) {
  const t = useT()
  const { data, error } = useQuery(api.foresight.foresee.queryOptions({ input: { change }, ...beforeChange }))
  return (
    <div className={css.foreseen} role="status">
      {error ? (
        <p className={css.refused}>{errorSentence(error)}</p>
      ) : !data ? (
        <Skeleton rows={1} />
      ) : data.gain.length + data.lose.length === 0 ? (
        <p>{t('change_nobody')}</p>
      ) : (
        <>
          <Those title={t('foreseen_gain')} people={data.gain} />
          <Those title={t('foreseen_lose')} people={data.lose} />
        </>
      )}
    </div>
  )
}

function Those({ title, people }: { title: string; people: Told['gain'] }) {
  const t = useT()
  if (people.length === 0) return null
  // One more takes no more room than the words for it.
  const shown = people.length > MOST + 1 ? people.slice(0, MOST) : people
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {shown.map(({ as, name, spaces, files }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two people may have one name
          <li key={`${index} ${name}`}>
            <Avatar name={name} size="small" />
            <span className={css.name}>{as === 'you' ? t('foreseen_you') : name}</span>
            <span className={css.what}>
              {[
                spaces > 1 && t('foreseen_spaces', { count: spaces }),
                files > 0 ? t('foreseen_files', { count: files }) : t('foreseen_no_files'),
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
        {people.length > shown.length && (
          <li className={css.more}>{t('names_others', { count: people.length - shown.length })}</li>
        )}
      </ul>
    </section>
  )
}
