import { chown, lchown, lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'

/** An OS user's ids; empty means: as ourselves. */
export type Account = { uid: number; gid: number } | Record<string, never>

/**
 * Ours alone: PostgreSQL refuses root, and what runs as `nobody` (our decoders, other people's daemons) must not
 * read the database. The number lies where neither distributions nor systemd hand any out.
 */
const OWN_ID = 61018

const isRoot = () => process.getuid?.() === 0

/** Who owns and runs the cluster in `folder`: the folder's owner once it exists, so that an operator's chown holds. */
export async function clusterAccount(folder: string): Promise<Account> {
  if (!isRoot()) return {}
  const owner = await lstat(folder).catch(() => undefined)
  if (!owner || owner.uid === 0) return { uid: OWN_ID, gid: OWN_ID }
  return { uid: owner.uid, gid: owner.gid }
}

/** initdb insists on a user with a name, which our own number has not: it runs as `nobody`, then we change the owner. */
export async function initdbAccount(): Promise<Account> {
  if (!isRoot()) return {}
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((text) => text.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (!uid || !gid) throw new StartError('Running as root needs an OS user named nobody; run as another user')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Gives a whole tree to an account. */
export async function chownTree(path: string, account: Account): Promise<void> {
  if (!('uid' in account)) return
  await chown(path, account.uid, account.gid)
  for (const entry of await readdir(path, { recursive: true })) {
    await lchown(join(path, entry), account.uid, account.gid)
  }
}

/**
 * What PostgreSQL gets for `-D`. Another OS user can't walk through a 0700 home down to its own cluster, but it is
 * started inside, and on Linux this name leads there without a walk.
 */
export function clusterArgument(folder: string, account: Account): string {
  return 'uid' in account && process.platform === 'linux' ? '/proc/self/cwd' : folder
}
