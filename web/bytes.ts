/** Where the bytes of an item are: the server asks the one rule again for each request. */

/** To be saved. */
function downloadUrl(itemId: string): string {
  return `/api/items/${itemId}/content`
}

/** To be shown by us: PDF, video, audio and text alone are sent this way. */
export function contentUrl(itemId: string): string {
  return `${downloadUrl(itemId)}?inline`
}

/** A re-encoded picture: a thumbnail, or an image as large as a screen; or the pages of an office file, as a PDF. */
export function previewUrl(itemId: string, variant: 'thumb' | 'view' | 'pages'): string {
  return `/api/items/${itemId}/preview/${variant}`
}

/** How many items one ZIP may be asked for; of more, one downloads the folder. */
export const ZIP_ITEMS = 200

/** Has the browser save a file. */
export function download(itemId: string): void {
  save(downloadUrl(itemId))
}

/** Has the browser save files and folders as one ZIP. */
export function downloadZip(itemIds: readonly string[]): void {
  save(`/api/zip?ids=${itemIds.join(',')}`)
}

/** As though a link had been followed. */
function save(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}
