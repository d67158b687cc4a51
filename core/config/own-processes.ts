/** What Ghost itself runs as a supervised process. People see it only where they name it in full. */

/** The hub: bus, streams, keys and SQL. No file may declare a process of this name. */
export const HUB = { project: "ghost", name: "hub" } as const;

/** Stands where processes that people registered have the id of their manifest. No path looks so. */
export const OWN_MANIFEST_ID = "ghost:own";

/** Whether this name is reserved for a process of Ghost's own. */
export function isOwnName({ project, name }: { readonly project: string; readonly name: string }): boolean {
  return project === HUB.project && name === HUB.name;
}
