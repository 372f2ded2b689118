declare module 'virtual:opening' {
  /** Address of the saved opening. */
  const address: string;
  export default address;
}
