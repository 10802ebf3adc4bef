import { account } from './account.ts'
import { administration } from './administration.ts'
import { audit } from './audit.ts'
import { custody } from './custody.ts'
import { files } from './files.ts'
import { foresight } from './foresight.ts'
import { inbox } from './inbox.ts'
import { involvement } from './involvement.ts'
import { lives } from './lives.ts'
import { people } from './people.ts'
import { security } from './security.ts'

/** Every operation but those on bytes and of uploads, which are listed in `server/http.ts`. */
export const contract = {
  account,
  people,
  lives,
  involvement,
  inbox,
  administration,
  audit,
  custody,
  files,
  foresight,
  security,
}
