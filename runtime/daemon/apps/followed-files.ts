import { join } from "node:path";
import { APP_FILE } from "../../config/read-app-file.ts";
import { type FileWatching, watchFile } from "../../watch/watch-file.ts";

/** The `.ghost.yaml` of each folder in `ghosts/`, also where there is none yet. */
export class FollowedFiles {
  private readonly onChange: () => Promise<void>;
  private readonly log: (text: string) => void;
  private readonly files = new Map<string, FileWatching>();

  /** `log` gets what keeps a file from being followed. */
  constructor(onChange: () => Promise<void>, log: (text: string) => void) {
    this.onChange = onChange;
    this.log = log;
  }

  /** Those of these folders (absolute paths), and no others any more. */
  follow(folders: ReadonlySet<string>): void {
    for (const [folder, watching] of this.files) {
      if (folders.has(folder)) continue;
      watching.stop();
      this.files.delete(folder);
    }
    for (const folder of folders) if (!this.files.has(folder)) this.files.set(folder, this.watch(join(folder, APP_FILE)));
  }

  stop(): void {
    this.follow(new Set());
  }

  private watch(path: string): FileWatching {
    return watchFile(path, this.onChange, (error) => this.log(`cannot follow ${path}: ${(error as Error).message}`));
  }
}
