import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Profile } from '../../core/profiles.ts'
import { readMails } from '../mails.ts'
import { createWorld, PASSWORD } from '../world.ts'

/** A practice of two branches with a super admin in both, and a branch admin of Laval. */
export async function withPractice(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const { Laval = '', Québec = '' } = company.branches
  const add = (name: string, profile: Profile, branches = ['Laval']) =>
    world.addProfessional(company, profile, { name, branches })
  const as = async (who: { email: string }, password = PASSWORD) => (await world.signIn(who, password)).api
  const [ana, bruno] = [
    await add('Ana', 'super_admin', ['Laval', 'Québec']),
    await add('Bruno', 'branch_admin'),
  ] as const
  const asAna = await as(ana)
  const asBruno = await as(bruno)
  /** The secret in the newest letter to an address. */
  const tokenFor = async (email: string) => {
    await world.runJobs()
    const mail = (await readMails(world.dataDir)).findLast(({ to }) => to === email)
    assert.ok(mail, email)
    return { mail, token: mail.link.split('#')[1] ?? '' }
  }
  return { world, company, Laval, Québec, add, as, ana, bruno, asAna, asBruno, tokenFor }
}

export const namesOf = (rows: readonly { name: string }[]) => rows.map(({ name }) => name)
