/** There is room again when what is fullest is down to this share of its limit; less would flutter. */
const roomShare = 0.75;

/** Whether the inputs are to be held because the buffer is full: from the line that had no room until there is plenty. */
export class Pressure {
  private pressed = false;

  /** `onChange` is called when there is no room any more, and when there is again. */
  constructor(
    private readonly hasRoom: (share: number) => boolean,
    private readonly onChange: (full: boolean) => void,
  ) {}

  press(): void {
    if (this.pressed) return;
    this.pressed = true;
    this.onChange(true);
  }

  /** To be called when something has left the buffer or its memory. */
  ease(): void {
    if (!this.pressed || !this.hasRoom(roomShare)) return;
    this.pressed = false;
    this.onChange(false);
  }
}
