import type { z } from 'zod'
import type { Language as LanguageShape } from '../../core/api/shapes.ts'
import { SIGN_IN_TEXTS, type SignInLetters } from './sign-in-letters.ts'

export type Language = z.infer<typeof LanguageShape>

/** What each letter needs. Letters name people and practices, never files or what is in them. */
export type Letters = SignInLetters & {
  /** Choose a password: the link works once. */
  invitation: { name: string; practice: string; days: number; link: string }
  /** Work for a practice, with the account that one has or a new one: the link works once. */
  joining: { name: string; practice: string; days: number; link: string }
  /** A practice wants to follow somebody whose address is known already: the link answers, once. */
  request: { name: string; practice: string; days: number; link: string }
  /** A practice would like a professional of another to be involved with a client of theirs: the link answers, once. */
  external: { practice: string; by: string; days: number; link: string }
}

type Text = { subject: string; greeting: string; lines: string[]; action: string; ignore: string }
type Texts = { [Name in keyof Letters]: (data: Letters[Name]) => Text }

const TEXTS: Record<Language, Texts> = {
  en: {
    ...SIGN_IN_TEXTS.en,
    invitation: ({ name, practice, days }) => ({
      subject: `${practice} invites you to Carnet`,
      greeting: `Hello ${name},`,
      lines: [
        `${practice} shares files with you on Carnet: you see what is meant for you, and can add your own.`,
        `Choose a password to open your account. The link works once, for ${days} days.`,
      ],
      action: 'Choose a password',
      ignore: `If you don’t know ${practice}, do nothing: no account is opened without you.`,
    }),
    joining: ({ name, practice, days }) => ({
      subject: `${practice} invites you to join its team on Carnet`,
      greeting: `Hello ${name},`,
      lines: [
        `${practice} would like you to work with its team on Carnet, where professionals share files with their clients.`,
        `Open the link to accept. It works once, for ${days} days.`,
      ],
      action: 'See the invitation',
      ignore: `If you don’t know ${practice}, do nothing: you join nobody unless you accept.`,
    }),
    request: ({ name, practice, days }) => ({
      subject: `${practice} would like to follow you on Carnet`,
      greeting: `Hello ${name},`,
      lines: [
        `${practice} entered this address for a new client. It is already known to Carnet, where you may have an account or an invitation.`,
        `Nothing you have there is shared with them unless you accept. Open the link to accept or refuse: it works once, for ${days} days. In the app you can answer at any time.`,
      ],
      action: 'Accept or refuse',
      ignore: `If you don’t know ${practice}, do nothing.`,
    }),
    external: ({ practice, by, days }) => ({
      subject: `${by} (${practice}) would like to work with you on Carnet`,
      greeting: 'Hello,',
      lines: [
        `${by} (${practice}) invites you to be involved with one of their clients on Carnet, where professionals share files with their clients.`,
        `Open the link to answer: it works once, for ${days} days. With an account you can also answer in the app.`,
      ],
      action: 'See the invitation',
      ignore: `If you don’t know ${practice}, do nothing: nothing is shared with you unless you accept.`,
    }),
  },
  fr: {
    ...SIGN_IN_TEXTS.fr,
    invitation: ({ name, practice, days }) => ({
      subject: `${practice} vous invite sur Carnet`,
      greeting: `Bonjour ${name},`,
      lines: [
        `${practice} partage des fichiers avec vous sur Carnet\u00a0: vous voyez ce qui vous est destiné et pouvez ajouter les vôtres.`,
        `Choisissez un mot de passe pour ouvrir votre compte. Le lien fonctionne une seule fois, pendant ${days}\u00a0jours.`,
      ],
      action: 'Choisir un mot de passe',
      ignore: `Si vous ne connaissez pas ${practice}, ne faites rien\u00a0: aucun compte n’est ouvert sans vous.`,
    }),
    joining: ({ name, practice, days }) => ({
      subject: `${practice} vous invite à rejoindre son équipe sur Carnet`,
      greeting: `Bonjour ${name},`,
      lines: [
        `${practice} souhaite travailler avec vous sur Carnet, où les professionnels partagent des fichiers avec leurs clients.`,
        `Ouvrez le lien pour accepter. Il fonctionne une seule fois, pendant ${days}\u00a0jours.`,
      ],
      action: 'Voir l’invitation',
      ignore: `Si vous ne connaissez pas ${practice}, ne faites rien\u00a0: vous ne rejoignez personne sans l’accepter.`,
    }),
    request: ({ name, practice, days }) => ({
      subject: `${practice} souhaite vous suivre sur Carnet`,
      greeting: `Bonjour ${name},`,
      lines: [
        `${practice} a saisi cette adresse pour un nouveau client. Carnet la connaît déjà\u00a0: vous y avez peut-être un compte ou une invitation.`,
        `Rien de ce que vous y avez n’est partagé avec eux sans votre accord. Ouvrez le lien pour accepter ou refuser\u00a0: il fonctionne une seule fois, pendant ${days}\u00a0jours. Dans l’application, vous pouvez répondre à tout moment.`,
      ],
      action: 'Accepter ou refuser',
      ignore: `Si vous ne connaissez pas ${practice}, ne faites rien.`,
    }),
    external: ({ practice, by, days }) => ({
      subject: `${by} (${practice}) souhaite travailler avec vous sur Carnet`,
      greeting: 'Bonjour,',
      lines: [
        `${by} (${practice}) vous invite à intervenir auprès d’un de ses clients sur Carnet, où les professionnels partagent des fichiers avec leurs clients.`,
        `Ouvrez le lien pour répondre\u00a0: il fonctionne une seule fois, pendant ${days}\u00a0jours. Avec un compte, vous pouvez aussi répondre dans l’application.`,
      ],
      action: 'Voir l’invitation',
      ignore: `Si vous ne connaissez pas ${practice}, ne faites rien\u00a0: rien n’est partagé avec vous sans votre accord.`,
    }),
  },
  es: {
    ...SIGN_IN_TEXTS.es,
    invitation: ({ name, practice, days }) => ({
      subject: `${practice} le invita a Carnet`,
      greeting: `Hola, ${name}:`,
      lines: [
        `${practice} comparte archivos con usted en Carnet: verá lo que le corresponde y podrá añadir los suyos.`,
        `Elija una contraseña para abrir su cuenta. El enlace funciona una sola vez, durante ${days}\u00a0días.`,
      ],
      action: 'Elegir una contraseña',
      ignore: `Si no conoce a ${practice}, no haga nada: no se abre ninguna cuenta sin usted.`,
    }),
    joining: ({ name, practice, days }) => ({
      subject: `${practice} le invita a unirse a su equipo en Carnet`,
      greeting: `Hola, ${name}:`,
      lines: [
        `${practice} desea trabajar con usted en Carnet, donde los profesionales comparten archivos con sus clientes.`,
        `Abra el enlace para aceptar. Funciona una sola vez, durante ${days}\u00a0días.`,
      ],
      action: 'Ver la invitación',
      ignore: `Si no conoce a ${practice}, no haga nada: no se une a nadie si no lo acepta.`,
    }),
    request: ({ name, practice, days }) => ({
      subject: `${practice} quiere incluirle en Carnet`,
      greeting: `Hola, ${name}:`,
      lines: [
        `${practice} ha escrito esta dirección para un nuevo cliente. Carnet ya la conoce: quizá tenga allí una cuenta o una invitación.`,
        `Nada de lo que tiene allí se comparte con ellos si no lo acepta. Abra el enlace para aceptar o rechazar: funciona una sola vez, durante ${days}\u00a0días. En la aplicación puede responder en cualquier momento.`,
      ],
      action: 'Aceptar o rechazar',
      ignore: `Si no conoce a ${practice}, no haga nada.`,
    }),
    external: ({ practice, by, days }) => ({
      subject: `${by} (${practice}) quiere trabajar con usted en Carnet`,
      greeting: 'Hola:',
      lines: [
        `${by} (${practice}) le invita a intervenir con uno de sus clientes en Carnet, donde los profesionales comparten archivos con sus clientes.`,
        `Abra el enlace para responder: funciona una sola vez, durante ${days}\u00a0días. Con una cuenta también puede responder en la aplicación.`,
      ],
      action: 'Ver la invitación',
      ignore: `Si no conoce a ${practice}, no haga nada: nada se comparte con usted si no lo acepta.`,
    }),
  },
}

/** The subject, the plain text and the same as HTML, which loads nothing from anywhere. */
export function compose<Name extends keyof Letters>(language: Language, template: Name, data: Letters[Name]) {
  const { subject, greeting, lines, action, ignore } = TEXTS[language][template](data)
  const text = [greeting, ...lines, `${action}:\n${data.link}`, ignore].join('\n\n')
  const paragraphs = [greeting, ...lines].map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c1c1e;background:#ffffff">
<div style="max-width:520px;margin:0 auto">
${paragraphs}
<p style="margin:28px 0"><a href="${escapeHtml(data.link)}" style="display:inline-block;padding:12px 20px;border-radius:10px;background:#1c1c1e;color:#ffffff;text-decoration:none">${escapeHtml(action)}</a></p>
<p style="color:#6b6b70;font-size:14px">${escapeHtml(ignore)}</p>
</div>
</body>
</html>
`
  return { subject, text: `${text}\n`, html }
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
