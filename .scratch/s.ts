import 'supertest'
