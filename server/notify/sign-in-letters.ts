/** What somebody is told of their own account. */
export type Notice =
  | 'new_device'
  | 'password_changed'
  | 'app_added'
  | 'app_removed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'codes_made'
  | 'factors_reset'

export type SignInLetters = {
  /** Get in without a password: the link works once. */
  link: { name: string; minutes: number; link: string }
  /** Choose another password: the link works once. */
  reset: { name: string; minutes: number; link: string }
  /** `detail`: of a passkey its name, of a device its browser and system. */
  notice: { name: string; notice: Notice; detail: string; link: string }
}

type Text = { subject: string; greeting: string; lines: string[]; action: string; ignore: string }
type Texts = { [Name in keyof SignInLetters]: (data: SignInLetters[Name]) => Text }

const EN: Record<Notice, (detail: string) => [subject: string, line: string]> = {
  new_device: (detail) => ['New sign-in to Carnet', `Somebody signed in to your account: ${detail}.`],
  password_changed: () => ['Your password was changed', 'The password of your account was changed.'],
  app_added: () => [
    'Authenticator app added',
    'An authenticator app was added to your account. Its codes are asked for from now on.',
  ],
  app_removed: () => [
    'Authenticator app removed',
    'The authenticator app was removed from your account. Its codes are no longer asked for.',
  ],
  passkey_added: (detail) => ['Passkey added', `A passkey was added to your account: ${detail}.`],
  passkey_removed: (detail) => ['Passkey removed', `A passkey was removed from your account: ${detail}.`],
  codes_made: () => [
    'New recovery codes',
    'New recovery codes were made for your account. The former ones no longer work.',
  ],
  factors_reset: () => [
    'Second factors removed',
    'Whoever runs this Carnet removed all second factors from your account, and signed you out everywhere.',
  ],
}

const FR: typeof EN = {
  new_device: (detail) => [
    'Nouvelle connexion à Carnet',
    `Quelqu’un s’est connecté à votre compte\u00a0: ${detail}.`,
  ],
  password_changed: () => [
    'Votre mot de passe a été changé',
    'Le mot de passe de votre compte a été changé.',
  ],
  app_added: () => [
    'Application d’authentification ajoutée',
    'Une application d’authentification a été ajoutée à votre compte. Ses codes sont désormais demandés.',
  ],
  app_removed: () => [
    'Application d’authentification retirée',
    'L’application d’authentification a été retirée de votre compte. Ses codes ne sont plus demandés.',
  ],
  passkey_added: (detail) => [
    'Clé d’accès ajoutée',
    `Une clé d’accès a été ajoutée à votre compte\u00a0: ${detail}.`,
  ],
  passkey_removed: (detail) => [
    'Clé d’accès retirée',
    `Une clé d’accès a été retirée de votre compte\u00a0: ${detail}.`,
  ],
  codes_made: () => [
    'Nouveaux codes de secours',
    'De nouveaux codes de secours ont été créés pour votre compte. Les anciens ne fonctionnent plus.',
  ],
  factors_reset: () => [
    'Seconds facteurs retirés',
    'La personne qui gère ce Carnet a retiré tous les seconds facteurs de votre compte et mis fin à toutes vos sessions.',
  ],
}

const ES: typeof EN = {
  new_device: (detail) => [
    'Nuevo inicio de sesión en Carnet',
    `Alguien ha iniciado sesión en su cuenta: ${detail}.`,
  ],
  password_changed: () => ['Su contraseña se ha cambiado', 'La contraseña de su cuenta se ha cambiado.'],
  app_added: () => [
    'Aplicación de autenticación añadida',
    'Se ha añadido una aplicación de autenticación a su cuenta. A partir de ahora se piden sus códigos.',
  ],
  app_removed: () => [
    'Aplicación de autenticación eliminada',
    'Se ha eliminado la aplicación de autenticación de su cuenta. Ya no se piden sus códigos.',
  ],
  passkey_added: (detail) => [
    'Llave de acceso añadida',
    `Se ha añadido una llave de acceso a su cuenta: ${detail}.`,
  ],
  passkey_removed: (detail) => [
    'Llave de acceso eliminada',
    `Se ha eliminado una llave de acceso de su cuenta: ${detail}.`,
  ],
  codes_made: () => [
    'Nuevos códigos de recuperación',
    'Se han creado códigos de recuperación nuevos para su cuenta. Los anteriores ya no sirven.',
  ],
  factors_reset: () => [
    'Segundos factores eliminados',
    'Quien gestiona este Carnet ha eliminado todos los segundos factores de su cuenta y ha cerrado todas sus sesiones.',
  ],
}

export const SIGN_IN_TEXTS: Record<'en' | 'fr' | 'es', Texts> = {
  en: {
    link: ({ name, minutes }) => ({
      subject: 'Your link to sign in to Carnet',
      greeting: `Hello ${name},`,
      lines: [`This link signs you in. It works once, for ${minutes} minutes.`],
      action: 'Sign in',
      ignore: 'If you didn’t ask for it, do nothing: nobody gets in without this link.',
    }),
    reset: ({ name, minutes }) => ({
      subject: 'Choose another password for Carnet',
      greeting: `Hello ${name},`,
      lines: [`This link lets you choose another password. It works once, for ${minutes} minutes.`],
      action: 'Choose a password',
      ignore: 'If you didn’t ask for it, do nothing: your password stays as it is.',
    }),
    notice: ({ name, notice, detail }) => ({
      subject: EN[notice](detail)[0],
      greeting: `Hello ${name},`,
      lines: [EN[notice](detail)[1], 'If it was you, there is nothing to do.'],
      action: 'Look at your security',
      ignore: 'If it wasn’t you, change your password and sign out of the sessions that you don’t know.',
    }),
  },
  fr: {
    link: ({ name, minutes }) => ({
      subject: 'Votre lien pour vous connecter à Carnet',
      greeting: `Bonjour ${name},`,
      lines: [`Ce lien vous connecte. Il fonctionne une seule fois, pendant ${minutes}\u00a0minutes.`],
      action: 'Se connecter',
      ignore: 'Si vous ne l’avez pas demandé, ne faites rien\u00a0: personne n’entre sans ce lien.',
    }),
    reset: ({ name, minutes }) => ({
      subject: 'Choisir un autre mot de passe pour Carnet',
      greeting: `Bonjour ${name},`,
      lines: [
        `Ce lien vous permet de choisir un autre mot de passe. Il fonctionne une seule fois, pendant ${minutes}\u00a0minutes.`,
      ],
      action: 'Choisir un mot de passe',
      ignore: 'Si vous ne l’avez pas demandé, ne faites rien\u00a0: votre mot de passe reste le même.',
    }),
    notice: ({ name, notice, detail }) => ({
      subject: FR[notice](detail)[0],
      greeting: `Bonjour ${name},`,
      lines: [FR[notice](detail)[1], 'Si c’était vous, il n’y a rien à faire.'],
      action: 'Voir la sécurité de votre compte',
      ignore:
        'Si ce n’était pas vous, changez votre mot de passe et fermez les sessions que vous ne reconnaissez pas.',
    }),
  },
  es: {
    link: ({ name, minutes }) => ({
      subject: 'Su enlace para iniciar sesión en Carnet',
      greeting: `Hola, ${name}:`,
      lines: [`Este enlace inicia su sesión. Funciona una sola vez, durante ${minutes}\u00a0minutos.`],
      action: 'Iniciar sesión',
      ignore: 'Si no lo ha pedido, no haga nada: nadie entra sin este enlace.',
    }),
    reset: ({ name, minutes }) => ({
      subject: 'Elegir otra contraseña para Carnet',
      greeting: `Hola, ${name}:`,
      lines: [
        `Este enlace le permite elegir otra contraseña. Funciona una sola vez, durante ${minutes}\u00a0minutos.`,
      ],
      action: 'Elegir una contraseña',
      ignore: 'Si no lo ha pedido, no haga nada: su contraseña sigue siendo la misma.',
    }),
    notice: ({ name, notice, detail }) => ({
      subject: ES[notice](detail)[0],
      greeting: `Hola, ${name}:`,
      lines: [ES[notice](detail)[1], 'Si ha sido usted, no tiene que hacer nada.'],
      action: 'Ver la seguridad de su cuenta',
      ignore: 'Si no ha sido usted, cambie su contraseña y cierre las sesiones que no reconozca.',
    }),
  },
}
