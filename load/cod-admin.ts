import { browseOrders } from './lib/cod-admin-user.ts'

/** COD-01, COD-02: users who look through the orders, each with an account of its own. */
export default browseOrders
