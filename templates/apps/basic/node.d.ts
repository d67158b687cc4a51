// Lets an editor read this app before `npm install` has brought the types of Node's modules (@types/node).
declare module "node:*";
