import { join } from 'node:path'
import { sql } from 'kysely'
import { createAuditLog } from './audit/log.ts'
import { createBelonging } from './belonging.ts'
import { createBlobs } from './blobs/blobs.ts'
import { asOne, openStores } from './blobs/open.ts'
import { createClamd } from './clamd.ts'
import type { OpenDatabase } from './db/open.ts'
import { createCustody } from './files/custody.ts'
import { createDownloads } from './files/downloads.ts'
import { createErasing } from './files/erasing.ts'
import { createItems } from './files/items.ts'
import { createPreviewJobs } from './files/preview-jobs.ts'
import { createRestoring } from './files/restoring.ts'
import { createScanJobs } from './files/scan-jobs.ts'
import { createUploads } from './files/uploads.ts'
import { createZips } from './files/zips.ts'
import { createForesight } from './foresight.ts'
import { createHttp } from './http.ts'
import { createJobs, type TaskHandlers } from './jobs.ts'
import type { Log } from './log.ts'
import { readMasterKey } from './master-key.ts'
import { createInbox } from './notify/inbox.ts'
import { createMail } from './notify/mail.ts'
import { createPeople } from './people/people.ts'
import { createTransfers } from './people/transfer.ts'
import { createPreviews } from './previews/previews.ts'
import type { Settings } from './settings.ts'
import { createCheck } from './upkeep/check.ts'
import { createCheckResult } from './upkeep/result.ts'
import { createSealing } from './upkeep/sealing.ts'
import { createSweep } from './upkeep/sweep.ts'
import { createVault } from './vault.ts'

export interface AppParts {
  settings: Settings
  /** The address that people type, without a final slash. */
  publicUrl: string
  /** Signs sessions and links. */
  secret: string
  log: Log
  database: OpenDatabase
  /** What tests set otherwise. */
  overrides?: {
    now?: () => Date
    /** Run jobs only when asked to, by `runJobs`. */
    jobsOnDemand?: boolean
  }
}

/** Composes everything once. */
export async function createApp({ settings, publicUrl, secret, log, database, overrides = {} }: AppParts) {
  const { db, pool } = database
  const { now = () => new Date() } = overrides
  // Closed again should anything below fail.
  await using opened = new AsyncDisposableStack()

  const stores = await openStores(settings)
  opened.defer(stores.close)
  const belonging = createBelonging({ db, stores })
  await belonging.claim()
  const store = asOne(stores)
  const vault = await createVault({ db, readMasterKey: (wanted) => readMasterKey(settings, wanted) })
  const blobs = createBlobs({ store, vault, seal: settings.encryption })
  const jobs = createJobs({ pool, log })
  await jobs.migrate()
  const mail = createMail(settings, log)
  opened.defer(() => mail.close())
  const people = createPeople({ db, jobs, mail, log, now, publicUrl, secret })
  const clamd = settings.clamdUrl ? createClamd(settings.clamdUrl) : null
  const items = createItems({ db, jobs, scans: clamd !== null, now })
  const scanJobs = createScanJobs({ db, blobs, jobs, clamd, log, now })
  const previews = createPreviews({ blobs, log, officePath: settings.officePath })
  opened.defer(previews.close)
  const previewJobs = createPreviewJobs({ db, blobs, jobs, previews, now })
  const uploads = createUploads({ db, blobs, items, now })
  const auditLog = createAuditLog({ db })
  const zips = createZips({ db, items, blobs, previewJobs, now })
  const downloads = createDownloads({ db, items, blobs, previewJobs, now, accelPrefix: settings.accelPrefix })
  const { lostKeys } = vault
  const bytesPerSecond = settings.backgroundSpeed * 1e6
  const sweep = createSweep({ db, store, belonging, jobs, log, now })
  const sealing = createSealing({ db, blobs, jobs, log, now, bytesPerSecond })
  const check = createCheck({ db, blobs, store, belonging, lostKeys, jobs, log, now, bytesPerSecond })

  const tasks: TaskHandlers = {
    mail: people.tasks.mail,
    preview: previewJobs.makeAll,
    scan: scanJobs.scan,
    purge: items.purge,
    erase: createErasing({ db, blobs, jobs, unreferenced: items.unreferenced }),
    'expire-uploads': async () => {
      const count = await uploads.expire()
      if (count > 0) log.info({ count }, 'swept uploads that nobody went on with')
    },
    check: () => check.checkOn(),
    seal: async () => {
      if (settings.encryption) await sealing.sealOn()
    },
    sweep: sweep.sweep,
    'sweep-store': sweep.sweepStore,
  }
  if (!overrides.jobsOnDemand) {
    await scanJobs.begin()
    const runner = await jobs.start(tasks)
    opened.defer(runner.stop)
  }

  const { listener, routes } = await createHttp({
    settings,
    log,
    sessions: people.sessions,
    verbs: {
      account: people.account,
      security: people.security,
      people: people.people,
      lives: people.lives,
      involvement: people.involvement,
      inbox: createInbox({ db, now }),
      administration: {
        ...people.administration,
        readScanner: scanJobs.readScanner,
        ...createCheckResult({ db }),
      },
      custody: {
        ...createCustody({ db, now }),
        ...createRestoring({ db, now }),
        ...createTransfers({ db, jobs, now }),
      },
      files: items,
      audit: auditLog,
      foresight: createForesight({ db, verbsOn: people.changesOn }),
    },
    uploads,
    downloads,
    zips,
    auditLog,
    health: {
      database: () => sql`select 1`.execute(db),
      blobs: blobs.check,
      ...(scanJobs.check && { scanner: scanJobs.check }),
    },
    pages: join(import.meta.dirname, '../dist'),
  })

  const setupLink = await people.createSetupLink()
  const closing = opened.move()
  return {
    listener,
    routes,
    services: { people, items, jobs, blobs, store, vault, scanJobs, check, sealing, sweep },
    /** Where the first super admin is made, as long as there is none. */
    setupLink,
    runJobs: () => jobs.runDue(tasks),
    close: () => closing.disposeAsync(),
  }
}
