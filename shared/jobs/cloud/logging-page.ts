/** The page of Cloud Logging that shows the entries of a query. */
export const loggingPage = (project: string, query: string): string => {
  const page = 'https://console.cloud.google.com/logs/query';
  return `${page};query=${encodeURIComponent(query)}?project=${project}`;
};
