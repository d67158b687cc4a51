/** What `Ghost.init` may be told. All of it is found by itself in a program that Ghost starts. */
export interface InitOptions {
  /** The app's name; default GHOST_NAME, else the folder's. */
  readonly name?: string;
  /** Where the hub listens: the path of its socket, or `HOST:PORT`. Default GHOST_HUB, else `run/hub.sock` in GHOST_HOME or `~/.ghost`. */
  readonly hub?: string;
  /** What proves to the hub who it is; default GHOST_TOKEN. One that is not valid is refused: UNAUTHORIZED. */
  readonly token?: string;
  /** What is used where no hub can be reached: nothing, so that data and bus fail with HUB_UNREACHABLE (the default), or this process's memory. */
  readonly fallback?: "none" | "memory";
}
