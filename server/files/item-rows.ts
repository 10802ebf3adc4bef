import { type RawBuilder, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { hasPreview } from '../../core/kinds.ts'
import type { Level } from '../../core/visibility.ts'
import {
  type Actor,
  mayAddInside,
  mayDelete,
  mayFetch,
  mayModify,
  mayTakeOver,
  reachesClient,
  sees,
} from '../access.ts'
import { stands } from './preview-jobs.ts'

type Sql = RawBuilder<unknown>

export type ItemRow = {
  id: string
  parent_id: string | null
  kind: 'file' | 'folder'
  name: string
  level: Level | 'client'
  chosen: boolean
  protected: boolean
  owner_professional_id: string | null
  owner_client_id: string | null
  owner_name: string
  created_at: Date
  type: string | null
  size: string | null
  preview: 'ready' | 'failed' | 'none' | null
  hash: string | null
  original_width: number | null
  original_height: number | null
  duration: number | null
  scan: 'none' | 'waiting' | 'clean' | 'unscannable' | 'infected' | null
  damaged: boolean | null
  files: string | null
  client_sees: boolean
  download: boolean
  modify: boolean
  delete: boolean
  add_inside: boolean
  take_over: boolean
}

/**
 * The columns of an ItemRow for the items `i`, and the tables that they need, of what the viewer `v` sees there. With
 * `w`, it is what a second viewer sees too.
 */
export function itemParts({ asAnother = false } = {}): { columns: Sql; joins: Sql } {
  return {
    columns: sql`i.id, i.parent_id, i.kind, i.name, i.level, i.audience is not null as chosen, i.protected,
      i.owner_professional_id, i.owner_client_id, coalesce(op.name, oc.name) as owner_name, i.created_at,
      b.type, b.size, b.scan, b.damage is not null as damaged, case when p.key is not null then 'ready' when p.problem = 'unconverted' then 'none' when ${stands('p', sql`now()`)} then 'failed' end as preview,
      p.hash, p.original_width, p.original_height, p.duration,
      inside.files, case when i.kind = 'file' then ${reachesClient('i')} else inside.client_sees end as client_sees,
      ${mayFetch('i', 'b', 'v')} as download, ${mayModify('i', 'v')} as modify, ${mayDelete('i', 'v')} as delete, ${mayAddInside('i', 'v')} as add_inside,
      ${mayTakeOver('i', 'v')} as take_over`,
    joins: sql`left join blob b on b.id = i.blob_id
      left join preview p on p.blob_id = b.id and p.variant = 'thumb'
      left join professional op on op.id = i.owner_professional_id
      left join client oc on oc.id = i.owner_client_id
      left join lateral (
        select coalesce(sum(inside.count) filter (where inside.kind = 'file'), 0) as files,
               coalesce(bool_or(inside.kind = 'file' and ${reachesClient('inside')}), false) as client_sees
        from folder_content inside
        where inside.folder_id = i.id and inside.count > 0 and ${sees('inside', 'v')}
          ${asAnother ? sql`and ${sees('inside', 'w')}` : sql``}
      ) inside on i.kind = 'folder'`,
  }
}

/** As the contract has it. To who views as another, no ability is lent. */
export function toItem(row: ItemRow, actor: Actor, asAnother = false): Item {
  const byClient = row.owner_client_id !== null
  const you =
    actor.kind === 'client'
      ? row.owner_client_id === actor.clientId
      : row.owner_professional_id === actor.professionalId
  const scan = scanOf(row)
  const damaged = row.damaged === true
  const heldBack = scan !== null || damaged
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    parentId: row.parent_id,
    type: row.type,
    size: row.size === null ? null : Number(row.size),
    files: row.files === null ? null : Number(row.files),
    owner: row.protected
      ? null
      : {
          kind: byClient ? 'client' : 'professional',
          id: row.owner_client_id ?? row.owner_professional_id,
          name: row.owner_name,
          you,
        },
    protected: row.protected,
    // To a client a level says nothing but what other people see.
    level: row.kind === 'folder' || row.level === 'client' || actor.kind === 'client' ? null : row.level,
    audience: byClient ? (row.chosen ? 'chosen' : 'all') : null,
    clientSees: row.client_sees,
    addedAt: row.created_at.toISOString(),
    preview: !heldBack && row.type !== null && hasPreview(row.type) ? (row.preview ?? 'pending') : 'none',
    // What was learned of it before is in it as well.
    picture:
      !heldBack && row.hash !== null && row.original_width !== null && row.original_height !== null
        ? { hash: row.hash, width: row.original_width, height: row.original_height }
        : null,
    duration: heldBack ? null : row.duration,
    scan,
    damaged,
    can: asAnother
      ? { download: !heldBack, modify: false, delete: false, addInside: false, takeOver: false }
      : {
          download: row.download,
          modify: row.modify,
          delete: row.delete,
          addInside: row.add_inside,
          takeOver: row.take_over,
        },
  }
}

/** What a scanner says against it. */
export function scanOf({ scan }: Pick<ItemRow, 'scan'>): Item['scan'] {
  return scan === 'none' || scan === 'clean' ? null : scan
}
