/** The project of the apps in `ghosts/`, and of those that are run by hand. */
export const APPS_PROJECT = "ghosts";
