import { useQuery } from '@tanstack/react-query'
import { ChevronDown, Lock, Users } from 'lucide-react'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Item } from '../../../core/api/shapes.ts'
import { includesClient, type Level } from '../../../core/visibility.ts'
import { api } from '../../api.ts'
import { type MessageKey, useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { cx } from '../../parts/class-names.ts'
import { Icon } from '../../parts/icon.tsx'
import { LevelBadge } from '../../parts/level-badge.tsx'
import { describeViewers } from '../../reach.ts'
import { useProfessional } from '../../session.ts'
import { changeOpenedLevel } from './change-level.ts'
import css from './level-bar.module.css'
import { LevelPanel } from './level-panel.tsx'
import { WhoSeesPanel } from './who-sees-panel.tsx'

/** Who sees a file, at the bottom of the viewer: its level, whom it reaches now, and the choice of another. */
export function LevelBar({ item, space }: { item: Item; space: 'client' | 'group' }) {
  if (item.level) return <BarOfLevel item={{ ...item, level: item.level }} space={space} />
  if (item.protected) return <Note icon badge="template" words="viewer_protected" />
  return <Note words={item.audience === 'chosen' ? 'viewer_clients_chosen' : 'viewer_clients_all'} />
}

function Note({ words, badge, icon = false }: { words: MessageKey; badge?: 'template'; icon?: boolean }) {
  const t = useT()
  return (
    <>
      {icon && <Icon of={Lock} size={16} className={css.lock} />}
      {badge && <LevelBadge level={badge} />}
      <p className={css.sentence}>{t(words)}</p>
    </>
  )
}

function BarOfLevel({ item, space }: { item: Item & { level: Level }; space: 'client' | 'group' }) {
  const t = useT()
  const wording = { t, format: useFormat(), space }
  const me = useProfessional()
  const [search, setSearch] = useSearchParams()
  const [open, setOpen] = useState<'levels' | 'viewers' | null>(null)
  const { data: levels, error } = useQuery(api.files.readLevels.queryOptions({ input: { itemId: item.id } }))
  const reach = levels?.find(({ level }) => level === item.level)?.reach
  const choosing = item.can.modify && (open === 'levels' || search.get('level') === '1')

  function close(): void {
    setOpen(null)
    if (!search.has('level')) return
    setSearch(
      (before) => {
        before.delete('level')
        return before
      },
      { replace: true, state: history.state },
    )
  }

  return (
    <>
      {item.protected ? (
        <>
          <Icon of={Lock} size={16} className={css.lock} />
          <LevelBadge level="template" />
        </>
      ) : item.can.modify ? (
        <button
          type="button"
          className={cx(css.level, includesClient(item.level) && css.client)}
          aria-haspopup="dialog"
          aria-expanded={choosing}
          onClick={() => setOpen('levels')}
        >
          <span className="visually-hidden">{t('of_name', { what: t('level_choose'), name: '' })}</span>
          <LevelBadge level={item.level} />
          <Icon of={ChevronDown} size={16} />
        </button>
      ) : (
        <span className={css.badge}>
          <LevelBadge level={item.level} />
        </span>
      )}
      <p className={css.sentence}>{reach && describeViewers(reach, wording)}</p>
      {reach && (
        <Button
          look="quiet"
          icon={Users}
          className={css.who}
          aria-label={t('viewer_who_sees')}
          onClick={() => setOpen('viewers')}
        >
          {t('viewer_who_sees')}
        </Button>
      )}
      {choosing && (
        <LevelPanel
          item={item}
          levels={levels}
          error={error}
          space={space}
          onClose={close}
          onConfirm={(level) => {
            close()
            void changeOpenedLevel(item, level)
          }}
        />
      )}
      {open === 'viewers' && reach && (
        <WhoSeesPanel item={item} reach={reach} me={me.name} space={space} onClose={() => setOpen(null)} />
      )}
    </>
  )
}
