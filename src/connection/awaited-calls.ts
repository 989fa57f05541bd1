/** Counts the calls that somebody still waits for, and tells when there are some and when there are none: the socket holds the process then. */

export class AwaitedCalls {
  count = 0;
  onChange: (areSome: boolean) => void = () => {};

  add(): void {
    this.count += 1;
    if (this.count === 1) this.onChange(true);
  }

  remove(): void {
    this.count -= 1;
    if (this.count === 0) this.onChange(false);
  }
}
