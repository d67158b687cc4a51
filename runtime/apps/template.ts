/** One file of a template. */
export interface TemplateFile {
  /** Relative to the app, with `/`; never absolute, never with `..`. May hold placeholders. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** Whose client library comes with an app: `typescript` lies in `vendor/ghost-sdk`, `python` is `ghost.py` beside the app. */
export const SDK_KINDS = ["typescript", "python", "none"] as const;
export type SdkKind = (typeof SDK_KINDS)[number];

/** What a template says of itself in `.template.json`, which is not copied into apps. */
export interface TemplateAccount {
  /** One line for the list of templates; may be empty. */
  readonly about: string;
  /** Default: `typescript` where package.json names `ghost-sdk`, `python` where Ghost's client of Python lies there, else `none`. */
  readonly sdk: SdkKind;
}

/** A project to make apps from. */
export interface Template extends TemplateAccount {
  readonly name: string;
  /** Where it comes from: `built in`, or the absolute path of a folder or archive. */
  readonly origin: string;
  readonly files: readonly TemplateFile[];
  /** What lies there and is no part of it, in order: paths of files and folders. */
  readonly leftOut: readonly string[];
}

/** The file in a template that says what it is. */
export const ACCOUNT_FILE = ".template.json";
/** The origin of Ghost's own templates. */
export const BUILT_IN = "built in";

/** More files than a template for one app has; also keeps a mistyped `--template /` short. */
export const TEMPLATE_FILES_MAX = 2_000;
/** All files of a template together, in bytes. */
export const TEMPLATE_BYTES_MAX = 32 * 1024 * 1024;
/** Folders that belong to a working copy and are no part of a template. */
export const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git", "__pycache__", ".venv", ".DS_Store"]);
