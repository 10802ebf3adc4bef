import { account } from './account.ts'
import { administration } from './administration.ts'
import { custody } from './custody.ts'
import { files } from './files.ts'
import { people } from './people.ts'

/** Every operation but those on bytes and of the sign-in library, which are listed in `server/http.ts`. */
export const contract = { account, people, administration, custody, files }
