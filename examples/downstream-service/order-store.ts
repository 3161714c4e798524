interface Order {
  readonly id: string;
  readonly owner: string;
}

const all = new Map<string, Order>(
  [
    { id: "1", owner: "auth0|alice" },
    { id: "2", owner: "auth0|bob" },
  ].map((order) => [order.id, order]),
);

/** Stands for a database. */
export const orders = {
  ownedBy: (owner: string): Promise<readonly Order[]> =>
    Promise.resolve([...all.values()].filter((order) => order.owner === owner)),
  remove: (id: string): Promise<void> => {
    all.delete(id);
    return Promise.resolve();
  },
};
