import { FORMER_MEMBER } from '../core/names.ts'
import { t } from './i18n.ts'

/** A person's name as screens say it: for an account that was erased, words in the reader's language. */
export function nameOf(name: string): string {
  return name === FORMER_MEMBER ? t('former_member') : name
}
