/** Calls an application's callbacks. An exception that one throws goes to `failed`, and has no other effect. */
export class Listeners {
  /** @type {Record<string, Function[]>} */
  byType = {};

  /** @param {(error: any, type?: string) => void} failed */
  constructor(failed) {
    this.failed = failed;
  }

  /**
   * @param {string} type
   * @param {Function} listener
   */
  add(type, listener) {
    (this.byType[type] ??= []).push(listener);
    return () => {
      this.byType[type] = this.byType[type].filter((other) => other != listener);
    };
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  emit(type, detail) {
    for (const listener of this.byType[type] ?? []) this.call(listener, detail, type);
  }

  /**
   * @param {Function} callback
   * @param {unknown} detail
   * @param {string} [type]
   */
  call(callback, detail, type) {
    try {
      callback(detail);
    } catch (error) {
      this.failed(error, type);
    }
  }
}
