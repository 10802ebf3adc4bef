import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHouse, PASSWORD, problem, visitFrom } from '../people/house.ts'

test('whoever writes another’s network before their e-mail uses up none of their tries', async (t) => {
  const house = await openHouse(t)
  const practice = await house.addCompany('Laval')
  const { email } = await house.addProfessional(practice, 'Olivia', 'employee')
  const { security } = house.people
  for (let count = 0; count < 10; count++) {
    const odd = { email: `192.0.2.1 ${email}`, password: 'wrong' }
    await assert.rejects(security.signIn(visitFrom('198.51.100.7'), odd), problem('wrong_credentials'))
  }
  await security.signIn(visitFrom('192.0.2.1'), { email, password: PASSWORD })
})
