/** The API that both contenders issue tokens for. */
export const LEDGER = 'https://api.example.com/ledger';
export const SCOPE = 'read:ledger';
export const LIFETIME_SECONDS = 3_600;
