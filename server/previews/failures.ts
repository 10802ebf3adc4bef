/** There is no preview of this file. It stays downloadable. */
export class PreviewFailed extends Error {
  override name = 'PreviewFailed'
  /**
   * The first three hold for good; a worker may also have died of what else the machine was doing, and what nothing
   * here converts may be converted once LibreOffice is installed.
   */
  readonly reason: 'unsupported' | 'too_large' | 'unreadable' | 'timeout' | 'crashed' | 'unconverted'

  constructor(reason: PreviewFailed['reason'], detail: string = reason) {
    super(detail)
    this.reason = reason
  }
}

/** Nothing is wrong with the file: too many are waiting, or there is no worker to be had. Ask again later. */
export class PreviewsBusy extends Error {
  override name = 'PreviewsBusy'
}
