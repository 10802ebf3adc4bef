/** Where the bytes of an item are: the server asks the one rule again for each request. */

/** To be saved. */
function downloadUrl(itemId: string): string {
  return `/api/items/${itemId}/content`
}

/** To be shown by us: PDF, video, audio and text alone are sent this way. */
export function contentUrl(itemId: string): string {
  return `${downloadUrl(itemId)}?inline`
}

/** A re-encoded picture: a thumbnail of an image or a PDF, or an image as large as a screen. */
export function previewUrl(itemId: string, variant: 'thumb' | 'view'): string {
  return `/api/items/${itemId}/preview/${variant}`
}

/** Has the browser save an item, as though a link had been followed. */
export function download(itemId: string): void {
  const link = document.createElement('a')
  link.href = downloadUrl(itemId)
  link.download = ''
  link.click()
}
