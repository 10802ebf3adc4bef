import type { Cursor } from '../../server/blobs/blobs.ts'
import { openS3Store } from '../../server/blobs/s3.ts'
import { openS3 } from '../s3-server.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { tried } from './sealed.ts'
import { asTried, testBlobs } from './suite.ts'

const s3 = await openS3()
const spoolFolder = await makeTempFolder()

testBlobs('S3', async () => {
  const place = s3.place()
  const open = async () => asTried(openS3Store(place, { spoolFolder }))
  return { blobs: await open(), reopen: open }
})

testBlobs(
  'sealed on S3',
  async () => {
    const place = s3.place()
    const kept = new Map<string, Cursor>()
    const open = async () => tried(openS3Store(place, { spoolFolder }), true, kept)
    return { blobs: await open(), reopen: open }
  },
  { hashed: true, sealed: true },
)
