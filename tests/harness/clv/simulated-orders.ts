import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { type Simulation, simulateOrders } from '@triad/shared/simulate/simulate-orders.ts';
import type { OrderHistory } from '../../../trainer/learners/order-history.ts';
import { type Order, ordersOf } from './orders.ts';

/** Simulated orders by column, and the last day of their default window of two years. */
export function simulatedHistory(simulation: Simulation): {
  orders: OrderHistory;
  runDate: string;
} {
  const rows = Array.from(
    simulateOrders(simulation),
    ({ id_customer, order_date, sales_ar }): Order => [id_customer, order_date, sales_ar],
  );
  return { orders: ordersOf(rows), runDate: isoDateOf(epochDay('2023-01-01') + 729) };
}
