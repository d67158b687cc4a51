/** Where the TypeScript SDK lies in an app: with the app's own files, so that it comes along in its repository. */
export const SDK_FOLDER = "vendor/ghost-sdk";
/** Where `import … from "ghost-sdk"` is looked for; npm makes the same link of `"ghost-sdk": "file:./vendor/ghost-sdk"`. */
export const SDK_LINK = "node_modules/ghost-sdk";
/** Where the Python client lies in an app. */
export const PYTHON_FILE = "ghost.py";
/** Where it lies in what the home has of the SDK: alone, for PYTHONPATH. */
export const PYTHON_PLACE = "python";
