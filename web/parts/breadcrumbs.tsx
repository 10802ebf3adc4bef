import { ChevronRight } from 'lucide-react'
import { Link } from 'wouter'
import css from './breadcrumbs.module.css'
import { Icon } from './icon.tsx'

/** The way from the root to the folder shown, which comes last. Long names shrink before they wrap. */
export function Breadcrumbs({
  label,
  path,
}: {
  label: string
  /** `drop` marks a step as a place to which things can be dragged. */
  path: readonly { href: string; name: string; drop?: { 'data-drop': string; 'data-drop-name': string } }[]
}) {
  return (
    <nav aria-label={label} className={css.crumbs}>
      <ol>
        {path.map((step, index) => {
          const last = index === path.length - 1
          return (
            <li key={step.href} {...step.drop}>
              {index > 0 && <Icon of={ChevronRight} size={14} className={css.arrow} />}
              <Link href={step.href} title={step.name} aria-current={last ? 'page' : undefined}>
                {step.name}
              </Link>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
