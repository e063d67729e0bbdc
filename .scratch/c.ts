import 'zod/v4/core'
